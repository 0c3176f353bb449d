"""How staff change what citizens are answered from: drafts, review, publication, all by named commands."""
