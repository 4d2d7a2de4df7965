"""The numbers of the evaluation report (评估报告), computed from the journal of a drill's book.

shapes      what comes out, in plain frozen records
history     one pass over the journal into what happened, in order
chain       the links from the incident to the end of the response
reports     how fast and how right townships reported, and who was silent
journeys    order, departure, arrival and hand-out, by trip and township
fill        how much of the need was met, over time
stores      first expired first out, and where book and facts differ
vehicles    busy and idle
decisions   what decisions rested on
injects     injects and seats
standards   what the response plan asks for, and what was reached
evaluation  `measure`, which puts them together
"""

from relief.drills.measures.evaluation import measure
from relief.drills.measures.shapes import Evaluation

__all__ = ["Evaluation", "measure"]
