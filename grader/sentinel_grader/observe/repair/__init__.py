"""Task 7's stack, the bookshop of `exercises/repair`: brought up as a learner left it, and used as customers do.

plan.py      the Compose file, as the policy lets it pass
images.py    the images of its services, each for itself: one that does not build spoils no other
seen.py      what is recorded of it: a RepairStack
visit.py     a stack that is up, and agents on its networks, who go by the names of services
trade.py     orders placed and looked for, the ledger's file, the queue moved to another address
running.py   the observation: all of it, in order
"""
