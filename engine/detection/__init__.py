"""Detection: boxes from YOLO networks of every family, followed over time, counted, drawn and exported."""
