-- Our own database, so that an engine shared with others stays tidy. No parameters.
CREATE DATABASE IF NOT EXISTS bellwether
