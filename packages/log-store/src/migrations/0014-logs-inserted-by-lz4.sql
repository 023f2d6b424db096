-- Without a codec of its own the table's parts have the server's, LZ4, until they are merged (0015). Parts of before are told of 0015
-- by reading their days alone (2 bytes a row); without it all of their columns would be written anew, as those of compact parts are.
ALTER TABLE logs MODIFY SETTING default_compression_codec = '', materialize_ttl_recalculate_only = 1
