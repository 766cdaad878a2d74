package crud

func (l *listing[M, K]) setFilter(found *findings, text string)  {}
func (l *listing[M, K]) parseOrder(found *findings, text string) {}
