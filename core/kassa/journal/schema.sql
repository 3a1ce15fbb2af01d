-- The journal. Version 1 (PRAGMA user_version). Times are UTC, ISO 8601; ids 32 hexadecimal digits.

CREATE TABLE series (
    series       TEXT PRIMARY KEY,
    number       INTEGER NOT NULL,
    opened_at    TEXT NOT NULL,
    open         INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,   -- the last entry's
    hash         BLOB NOT NULL,      -- the last entry's
    receipts     INTEGER NOT NULL,   -- the last receipt's counter
    acknowledged INTEGER NOT NULL,   -- everything up to here is stored by the store server
    stopped      TEXT                -- why no further number is given, NULL while all is well
) STRICT;

CREATE TABLE entry (
    series         TEXT NOT NULL REFERENCES series,
    sequence       INTEGER NOT NULL,
    entry_id       TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL,
    receipt_number TEXT,
    at             TEXT NOT NULL,
    amount         TEXT,             -- the total of a sale, as decimal text
    hash           BLOB NOT NULL,
    data           BLOB NOT NULL,
    PRIMARY KEY (series, sequence)
) STRICT;
CREATE INDEX ix_entry_receipt_number ON entry (receipt_number) WHERE receipt_number IS NOT NULL;

-- Where a series begins in this journal, once its oldest entries have gone: the chain is verified from here.
CREATE TABLE purged (
    series   TEXT PRIMARY KEY REFERENCES series,
    sequence INTEGER NOT NULL,       -- of the last entry that went
    hash     BLOB NOT NULL,          -- likewise
    sales    INTEGER NOT NULL,       -- sales and returns that went
    amount   TEXT NOT NULL           -- their total, as decimal text
) STRICT;

CREATE TABLE sale_in_progress (
    slot INTEGER PRIMARY KEY CHECK (slot = 1),
    data BLOB NOT NULL
) STRICT;

CREATE TABLE command (
    command_id TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    context    BLOB NOT NULL,
    request    BLOB NOT NULL,
    state      TEXT NOT NULL,        -- pending, doubtful, answered, refused
    answer     BLOB
) STRICT;
CREATE INDEX ix_command_pending ON command (command_id) WHERE state IN ('pending', 'doubtful');

-- Rows that the register made by commands, laid over the offline database until headquarters' own rows arrive.
CREATE TABLE overlay (
    table_name TEXT NOT NULL,
    row_key    TEXT NOT NULL,
    data       BLOB,                 -- NULL: removed
    command_id TEXT NOT NULL,
    series     TEXT NOT NULL,
    sequence   INTEGER NOT NULL,     -- of the command's entry: settled by rows read after its acknowledgement
    online     INTEGER NOT NULL,     -- the store server has already answered the command
    bases      BLOB,                 -- of a plugin's row: JSON list, digests of what the row was before; "": none
    PRIMARY KEY (table_name, row_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    owner TEXT NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
