"""Refract's core: corpora, encoders, transforms, maps and clusters, without any user interface.

Each module imports only those above it in this list:
errors, keys, progress, http_client, hardware, peak_memory, palette, files, results, approaches, database,
cluster_record, tables, corpus, label_files, label_names, label_record, encoders, store, warm, neighbours,
changes, transforms, guides, review, mistakes, projection, map_quality, partitions, hierarchy, clusters,
words, names, cluster_edits, clusterings, driving_words, evidence, flows, moves, columns, figures, spaces,
stages, apart, readings, encoder_trial, search, fits, language_model, answers, cluster_titles,
annotation_prompts, asking, annotate, annotation_task, landing, fitting, measuring, comparison, evaluation,
export, pipeline, questions, worker, jobs, __main__.
"""
