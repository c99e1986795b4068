"""The whole system in one process under virtual time.

Reconciler, worker, ledger and the sandbox's services are the program's own; one seeded scheduler
decides what happens next: a pass, a reply, a fault, an act of people, a death, a clock that jumps.
A run is a `Story`: the same story always goes the same way, so any failure is a seed.
"""
