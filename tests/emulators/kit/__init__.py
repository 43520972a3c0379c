"""What stand-ins are made of, tried with a platform that exists nowhere."""
