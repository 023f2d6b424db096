-- A letter goes 30 days after its rows would have: 3 days after their day they cannot be replayed any more, and receipts have
-- ended. By rows, as days lie mixed in one part; all versions of a letter have the same day.
ALTER TABLE dead_letters MODIFY TTL expires_on + INTERVAL 30 DAY
