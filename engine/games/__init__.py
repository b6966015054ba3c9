"""Games on a leaf table: the tree, who relies on whom, and the solution for a batch of draws at once.

Everywhere the last axis is draws, so that one row holds one number for every draw and sums over leaves run along rows.
"""
