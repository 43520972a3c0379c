"""Activities that tell people something: they write notices and mail them."""
