"""How fast the desk is, next to the floor: hand-written SQL that does the same on the same tables, in the same run.

./bench.sh                          every case, on small data
./bench.sh --size 100k --case one_entry --profile
"""
