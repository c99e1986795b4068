"""What tests of several packages share: shops on a sandbox, small worlds of plain values, servers
that are scripted, programs in real processes, people at work."""
