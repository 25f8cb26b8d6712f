-- Flapping: is it, since when, and which of its last 20 answers were another than the one before (bit
-- 0 is the newest).
ALTER TABLE monitor_state ADD COLUMN flapping INTEGER NOT NULL DEFAULT 0;
ALTER TABLE monitor_state ADD COLUMN recent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE monitor_state ADD COLUMN flapping_since_ms INTEGER NOT NULL DEFAULT 0;
