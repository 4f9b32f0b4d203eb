"""How the relative values of a code stand among its peers, in figures and as a plot."""
