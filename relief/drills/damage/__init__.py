"""A believable disaster from a footprint and a seed. Pure: arrays in, figures out.

hazard     how strong it is at a point: flood depth (m), earthquake intensity, snow (cm)
noise      neighbours feel alike: a coarse field of Gaussian numbers
fragility  how likely a building of a type is damaged, from a table with its sources
draw       what becomes of every building and its people; figures by village
lines      which roads are cut and for how long, which townships cannot be heard
observe    what townships report of it: late, too little, twice, in the wrong unit
"""
