"""Refract's core: corpora, encoders, transforms, maps and clusters, without any user interface.

Each module imports only those above it in this list:
errors, keys, hardware, palette, files, results, database, tables, corpus, label_files, encoders, store,
neighbours, transforms, guides, projection, clusters, names, evidence, figures, export, spaces, pipeline,
worker, jobs.
"""
