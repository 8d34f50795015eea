-- A snapshot now knows when the readings on either side of a gap were measured. Those without are
-- made anew from the messages, by the next start.
UPDATE device SET snapshot = NULL, snapshot_message = 0;
