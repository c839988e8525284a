"""The demonstration province: the real regions and township homes of Shandong with synthetic unions and people.

Everything follows from the seed and the day it is built on. All people are invented; their ID numbers use the region
370299, which was never assigned.
"""
