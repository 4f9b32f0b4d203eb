"""Questions by e-mail: a message in, its answer out; what no person asked is not answered."""
