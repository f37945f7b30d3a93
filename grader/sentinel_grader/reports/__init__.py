"""What came of a grade, for whoever wants to read it. Each report is written from a `Result` and from nothing else:

    Result ─┬─ terminal   for the learner, after `live`, which shows the grade while it runs
            ├─ html       one page to keep, to print, to hand in
            ├─ github     a job's summary, and annotations on the learner's lines
            ├─ junit      for whatever reads test results
            └─ json       the result itself, schema sentinel/result/v1

`words` says the same things in the same words in all of them. `text.shown` stands between all that a submission has a
hand in and a reader: no report shows a stranger's text in another way.
"""
