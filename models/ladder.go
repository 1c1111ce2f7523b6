package models

// ladder lists the rungs, the simplest first.
var ladder = []Rung{}
