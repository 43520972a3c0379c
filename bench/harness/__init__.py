"""What every benchmark runs on: databases, servers, the stand-in, a journey over HTTP, and use of CPU and memory."""
