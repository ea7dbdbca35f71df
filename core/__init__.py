"""Refract's core: corpora, encoders, transforms, maps and clusters, without any user interface.

Each module imports only those above it in this list:
errors, keys, hardware, palette, files, results, database, tables, corpus, label_files, encoders, store,
neighbours, changes, transforms, guides, review, projection, clusters, words, names, driving_words, evidence,
figures, spaces, fits, export, pipeline, worker, jobs.
"""
