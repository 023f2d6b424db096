-- A part that is inserted is soon merged and written anew: by LZ4 it costs a seventh less, and so does the merge that reads it. A merge
-- takes ZSTD(1) for what is due, and by a day that lies before each log all of it always is (an insert takes no heed). What is left alone
-- is written anew for its codec, each partition every four hours at most.
ALTER TABLE logs MODIFY TTL expires_on + INTERVAL 4 DAY, expires_on - INTERVAL 20 YEAR RECOMPRESS CODEC(ZSTD(1))
