module syncmap/litmus

go 1.19
