-- A ledger as version 4 made and wrote it; SERIAL and TIME are the database's own words.
CREATE TABLE facts (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY (name)
);
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
    blank VARCHAR DEFAULT '' NOT NULL,
    steady_since TIME,
    restarts INTEGER DEFAULT '0' NOT NULL,
    order_print VARCHAR DEFAULT '' NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (ref)
);
CREATE INDEX ix_jobs_campaign ON jobs (campaign);
CREATE INDEX ix_jobs_fingerprint ON jobs (fingerprint);
CREATE INDEX ix_jobs_number ON jobs (number);
CREATE TABLE tokens (
    tab VARCHAR NOT NULL,
    counter BIGINT NOT NULL,
    PRIMARY KEY (tab)
);
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
    said VARCHAR,
    portal VARCHAR,
    unread VARCHAR,
    retry_grown INTEGER,
    PRIMARY KEY (id),
    UNIQUE (job_id, try_number),
    FOREIGN KEY(job_id) REFERENCES jobs (id)
);
CREATE INDEX attempts_by_time ON attempts (intended_at);
CREATE INDEX ix_attempts_call_id ON attempts (call_id);
CREATE INDEX ix_attempts_said ON attempts (said);
CREATE INDEX made_anew ON attempts (intended_at) WHERE try_number > 1;
CREATE INDEX not_begun ON attempts (intended_at) WHERE call_status IN (1, 8);
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
CREATE TABLE opt_outs (
    id SERIAL NOT NULL,
    number VARCHAR NOT NULL,
    since TIME NOT NULL,
    key VARCHAR NOT NULL,
    campaign VARCHAR NOT NULL,
    attempt_id INTEGER NOT NULL,
    allowed_at TIME,
    PRIMARY KEY (id),
    UNIQUE (number),
    FOREIGN KEY(attempt_id) REFERENCES attempts (id)
);
INSERT INTO facts (name, value)
    VALUES ('account', '[120.5, 2, "2026-11-03T09:00:00+00:00", "demo"]');
INSERT INTO facts (name, value)
    VALUES ('breaker: https://robocall.pk', '{"kind": "unknown", "at": "2026-11-03T09:00:00+00:00", "senseless": 0, "lost_at": null, "problem": "No reply.", "failures": 3, "wait": null}');
INSERT INTO facts (name, value)
    VALUES ('control: KEY/Calls', 'PAUSE 2026-11-03T09:00:00+00:00');
INSERT INTO facts (name, value)
    VALUES ('control: KEY/Copied', 'PAUSE');
INSERT INTO facts (name, value)
    VALUES ('foreign token: KEY/Calls', 'sdtheirs00x7 2026-11-03T09:00:00.000250+00:00');
INSERT INTO facts (name, value)
    VALUES ('foreign token: KEY/Theirs', 'sdtheirs00x7 2026-11-03T09:00:00.000250+00:00');
INSERT INTO facts (name, value)
    VALUES ('forgot old data at', '2026-11-03T09:00:00+00:00');
INSERT INTO facts (name, value)
    VALUES ('id', 'version4');
INSERT INTO facts (name, value)
    VALUES ('newest token seen: KEY/Calls', '2');
INSERT INTO facts (name, value)
    VALUES ('newest token seen: KEY/Copied', '40');
INSERT INTO facts (name, value)
    VALUES ('old state at PAUSE: KEY/Calls', 'sdversion4x1xrun1 2026-11-03T09:00:00+00:00');
INSERT INTO facts (name, value)
    VALUES ('older ledger: KEY/Copied', 'older');
INSERT INTO facts (name, value)
    VALUES ('our tokens: KEY/Calls', 'sdversion4x1xrun1 sdversion4x2xrun1');
INSERT INTO facts (name, value)
    VALUES ('our tokens: KEY/Copied', 'sdversion4x40xcopy');
INSERT INTO facts (name, value)
    VALUES ('over: KEY/Calls', 'yes');
INSERT INTO facts (name, value)
    VALUES ('problem: KEY/Calls', '["Google didn''t answer.", "2026-11-03T09:00:00+00:00"]');
INSERT INTO facts (name, value)
    VALUES ('problem: KEY/Copied', '["نمبر \"Phone\" is missing.", "2026-11-03T09:00:00+00:00"]');
INSERT INTO facts (name, value)
    VALUES ('schema', '4');
INSERT INTO facts (name, value)
    VALUES ('tab: KEY/Calls', '7');
INSERT INTO facts (name, value)
    VALUES ('unsafe KEY/Calls', '');
INSERT INTO facts (name, value)
    VALUES ('unsafe KEY/Copied', 'unsafe_no_swap');
INSERT INTO facts (name, value)
    VALUES ('voice asked for by orders', '102');
INSERT INTO facts (name, value)
    VALUES ('voice asked for on KEY/Calls', '102');
INSERT INTO tokens (tab, counter)
    VALUES ('KEY/Calls', 2);
INSERT INTO tokens (tab, counter)
    VALUES ('KEY/Copied', 40);
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r1', '923000000001', 'h9413faecf5326b1ec332fea6a07a139c', '{"number": "923000000001", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, '172250e7751e5c96891b6d7365489730');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r2', '923000000002', 'h928294e316cfce6048a99d7d409b0592', '{"number": "923000000002", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, 'd09adc1ca3ef9f1ce0798f2011832e00');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r3', '923000000003', 'h8140c5770df7dcf57352ae2f865fae80', '{"number": "923000000003", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, '9a34c80abdc32ae74095dc5e4fc1cb1d');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r4', '923000000004', 'h73140b30745c812db54a2caf87779e22', '{"number": "923000000004", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, '40e0ad927740e20533ffa073053a8fb0');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r5', '923000000005', 'h331e848d7139f2c9ccfb43ab6c395b90', '{"number": "923000000005", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, '9bd3304e1686935a4072018821bb9198');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r6', '923000000006', 'h272417b356c2f1eb1ac44aa93a78d212', '{"number": "923000000006", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, 'e7280b3ebbf72f42967a29134a44bbea');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r7', '923000000007', 'h9b8595b2a4477ff8edc35f2ebf5e716e', '{"number": "923000000007", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, 'c85a7b1c0b7a3bfdbae3374dd2a54179');
INSERT INTO jobs (campaign, ref, number, fingerprint, content, queued_at, granted, again_seen, order_print)
    VALUES ('orders', 'r8', '923000000008', 'hfef3b2c6bbe37036680fe99a3381e3b6', '{"number": "923000000008", "voice_id": "102", "amount": "50", "texts": ["a", "", "", "", ""], "keys": ["", "", "", "", ""]}', '2026-11-03 09:00:00.000000', 0, FALSE, 'fd4b6bf91527233a9b4bc7a1f39caed7');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, retry, problem, said)
    VALUES (1, 1, '923000000001', 'withdrawn', 'first', '2026-11-03 09:00:00.000000', 0, 'Google refused the write that would have marked the row.', 'h9413faecf5326b1ec332fea6a07a139c');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, retry, problem, said)
    VALUES (2, 1, '923000000002', 'withdrawn', 'first', '2026-11-03 09:00:00.000000', 0, 'A copy of this ledger was at work elsewhere; its marks look like ours.', 'h928294e316cfce6048a99d7d409b0592');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, retry, problem, said)
    VALUES (3, 1, '923000000003', 'withdrawn', 'first', '2026-11-03 09:00:00.000000', 0, 'The ledger''s server may have lost that this was called.', 'h8140c5770df7dcf57352ae2f865fae80');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, retry, problem, said)
    VALUES (4, 1, '923000000004', 'withdrawn', 'first', '2026-11-03 09:00:00.000000', 0, 'unspoken text1: n/a: 923001234567', 'h73140b30745c812db54a2caf87779e22');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, placed_at, call_id, retry, ended_at, problem, said, portal)
    VALUES (5, 1, '923000000005', 'ended', 'first', '2026-11-03 09:00:00.000000', '2026-11-03 09:00:00.000000', 'c5', 0, '2026-11-03 09:00:00.000000', 'The portal''s address was changed while this call was in progress.', 'h331e848d7139f2c9ccfb43ab6c395b90', 'https://robocall.pk');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, retry, changed_at, problem, said)
    VALUES (6, 1, '923000000006', 'refused', 'first', '2026-11-03 09:00:00.000000', 0, '2026-11-03 09:00:00.000000', 'unspoken words of the portal', 'h272417b356c2f1eb1ac44aa93a78d212');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, retry, said)
    VALUES (7, 1, '923000000007', 'withdrawn', 'first', '2026-11-03 09:00:00.000000', 0, 'h9b8595b2a4477ff8edc35f2ebf5e716e');
INSERT INTO attempts (job_id, try_number, number, state, reason, intended_at, placed_at, call_id, retry, said, portal)
    VALUES (8, 1, '923000000008', 'placed', 'first', '2026-11-03 09:00:00.000000', '2026-11-03 09:00:00.000000', 'c8', 0, 'hfef3b2c6bbe37036680fe99a3381e3b6', 'https://robocall.pk');
