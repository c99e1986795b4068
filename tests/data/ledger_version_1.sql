-- The tables of a ledger as version 1 made them; SERIAL and TIME are the database's own words.
CREATE TABLE facts (name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name));
CREATE TABLE jobs (
    id SERIAL NOT NULL,
    campaign VARCHAR NOT NULL,
    ref VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    queued_at TIME NOT NULL,
    granted INTEGER NOT NULL,
    again_seen BOOLEAN NOT NULL,
    cleared_at TIME,
    PRIMARY KEY (id),
    UNIQUE (ref)
);
CREATE INDEX ix_jobs_campaign ON jobs (campaign);
CREATE INDEX ix_jobs_fingerprint ON jobs (fingerprint);
CREATE INDEX ix_jobs_number ON jobs (number);
CREATE TABLE tokens (tab VARCHAR NOT NULL, counter BIGINT NOT NULL, PRIMARY KEY (tab));
CREATE TABLE attempts (
    id SERIAL NOT NULL,
    job_id INTEGER NOT NULL,
    try_number INTEGER NOT NULL,
    number VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    intended_at TIME NOT NULL,
    sending_at TIME,
    placed_at TIME,
    call_id VARCHAR,
    call_status INTEGER,
    dtmf VARCHAR,
    retry INTEGER DEFAULT '0' NOT NULL,
    answered_at TIME,
    changed_at TIME,
    polled_at TIME,
    ended_at TIME,
    problem VARCHAR,
    PRIMARY KEY (id),
    UNIQUE (job_id, try_number),
    FOREIGN KEY(job_id) REFERENCES jobs (id)
);
CREATE INDEX ix_attempts_call_id ON attempts (call_id);
CREATE INDEX made_anew ON attempts (intended_at) WHERE try_number > 1;
CREATE UNIQUE INDEX one_open_attempt ON attempts (number)
    WHERE state IN ('intended', 'placed', 'sending', 'unknown');
CREATE TABLE events (
    id SERIAL NOT NULL,
    at TIME NOT NULL,
    attempt_id INTEGER NOT NULL,
    what VARCHAR NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(attempt_id) REFERENCES attempts (id)
);
CREATE INDEX ix_events_attempt_id ON events (attempt_id);
INSERT INTO facts VALUES ('id', 'oldone01'), ('schema', '1'), ('tab: KEY/Calls', '7');
INSERT INTO tokens VALUES ('KEY/Calls', 42);
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen)
    VALUES ('orders', 'r1', '923000000001', 'f1',
        '{"number": "923000000001", "voice_id": "102", "amount": "50",
          "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}',
        '2026-11-03 09:00:00.000000', 0, FALSE);
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, call_id, retry)
    VALUES (1, 1, '923000000001', 'placed', 'first', '2026-11-03 09:01:00.000000', 'c1', 0);
INSERT INTO events (at, attempt_id, what)
    VALUES ('2026-11-03 09:01:00.000000', 1, 'intended: first');
