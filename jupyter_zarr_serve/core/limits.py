"""How much one file, node or request may ask of a server; what is beyond is refused by name.

Bytes of chunks are the policy's (`nodes.Policy`). These bound the work and the metadata: a small file can
claim, nest and count as much as it likes.
"""

AXES = 64  # of an array; NumPy has no more
LENGTH = 2**63 - 1  # of an axis; larger ones are no integers for clients
COLUMNS = 20_000  # of a table, those in structures counted, as nodes of a group; see `walk`
FIELDS = 4096  # of a structured data type

DEPTH = 64  # of attributes and documents, list in list
DIGITS = 308  # of an integer in a document; beyond, clients' numbers end
ATTRIBUTES = 1 << 24  # bytes of a node's attributes as JSON, all together
CONSOLIDATED = 1 << 26  # bytes of a group's consolidated metadata

CODECS = 16  # of a stored array
PIECES = 1 << 16  # stored chunks, or inner chunks of shards, that one chunk may be made of
SHARD_INDEX = 1 << 24  # bytes; a million inner chunks

PATH = 4096  # characters of a path in the query of a page
NAME = 512  # characters of a member's name; longer ones are told as unavailable
SEARCH = 500  # characters to be searched for in names
FOLLOWED = 1024  # paths in one kernel whose changes are told
SOCKETS = 1024  # live connections to one server
SOCKETS_OF_CLIENT = 256  # of them those of one address and user or link
SUBSCRIPTIONS = 256  # of one live connection
LIVE_FRAME = 1 << 18  # bytes that a client may send at once over a live connection
LIVE_SECONDS = 3600  # of a live connection; then it is opened anew, by who still may
JOBS = 128  # that one server has
JOBS_OF_OWNER = 32  # of them those of one user or link
JOB_SECONDS = 21_600  # that one may take
JOB_UNASKED = 90  # seconds after which one that nobody asks about is cancelled
JOB_WAIT = 25  # seconds that a question about one may wait; proxies end what takes longer than 30
JOB_BYTES = 1 << 28  # of answers that are made and not taken
KEYS = 4096  # that one live connection waits for
TOGETHER = 256  # chunks that are asked for together, to be of one moment
TOGETHER_BYTES = 1 << 26  # of the answers to them
MOMENT = 1 << 25  # bytes of a live array that are copied for them, so that all are of one moment
REPLAYED = 64  # changes of a path that are remembered, to be told again
MESSAGE = 4000  # characters of a failure

FOOTER = 1 << 24  # bytes of a Parquet file's footer
XML = 1 << 22  # bytes of OME-XML; parsed it takes fifty times as much
TAGS = 1 << 24  # bytes of the tags of a TIFF's page
PAGES = 1 << 17  # of a TIFF; a second's work are 50 000
DIRECTORY = 1 << 24  # bytes of what lists the members of a ZIP archive; a member takes 50 or more
TAR_HEADERS = 1 << 18  # blocks of a TAR archive that tell of its members; a second's work are 100 000
INFLATED = 1 << 33  # bytes of a deflated array; to reach its end, all of it is decoded

EXPORT = 1 << 40  # bytes of a file that is exported
EXPORT_PART = 1 << 26  # bytes of one that are made at a time
EXPORT_WHOLE = 1 << 27  # bytes of values in a file that has to be made as a whole
EXPORT_VALUES = 200_000  # elements of an export to JSON
EXPORT_JSON = 1 << 24  # bytes of one
ARCHIVED = 100_000  # members of a Zarr store that is exported as an archive

SORT_SECONDS = 2  # in which all members of a group are looked up, to be sorted by what they are

ROWS = 10**8  # of a table that is sorted or searched
ROW_BYTES = 1 << 30  # of values that are sorted at once
ROW_SECONDS = 60  # that sorting or searching a table may take
CONDITIONS = 50  # on the rows of a table, and columns by which it is sorted
PROJECTED = 1 << 34  # bytes of an array that one part of a projection is made of
