/* Answers of any length, made piece by piece.
 *
 * A worker makes a piece, the event thread sends it; when it is sent the connection sleeps and the
 * request waits in the queue for its next piece like any other, so that a long answer takes no
 * worker from short ones for longer than a piece, and no more than a piece of it is in memory. Who
 * does not read is not produced for. The first piece is made before the answer begins, so that what
 * goes wrong at once is still told as a problem; what goes wrong later ends the connection without
 * the last chunk, and no client takes it for the whole. */
#include <zlib.h>

#include "http/inner.h"

enum { ZIP_LEVEL = 2, ZIP_WINDOW = 15 + 16, ZIP_MEMORY = 8, ZIP_STEP = 64 * 1024 };

struct http_pieces {
    http_producer *produce;
    void *self;
    oq_buf made; /* the latest piece as the producer made it */
    oq_buf zipped;
    size_t sent;   /* of what is to be sent */
    int64_t bytes; /* sent in all */
    z_stream zip;
    bool is_zipped, is_done;
    bool is_ending; /* what is left to send is the line that says why there is no more */
    bool is_broken;
};

void http_answer_pieces(http_req *rq, int status, const char *content_type, http_producer *produce,
                        void *self)
{
    http_answer_empty(rq, status);
    http_pieces *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->produce = produce;
    p->self = self;
    p->made = oq_buf_make(HTTP_PIECE_MAX);
    p->zipped = oq_buf_make(SIZE_MAX / 2);
    rq->answer.pieces = p;
    rq->answer.type = content_type;
}

void http_pieces_drop(http_pieces *p)
{
    if (!p)
        return;
    if (p->is_zipped)
        deflateEnd(&p->zip);
    oq_buf_drop(&p->made);
    oq_buf_drop(&p->zipped);
    free(p);
}

/* --- making; in a worker -----------------------------------------------------------------------*/

/* The producer's memory is given back after each piece; what it keeps is older than the first. */
static oq_err *make(http_req *rq, http_pieces *p)
{
    oq_mark mark = oq_arena_mark(rq->arena);
    oq_buf_clear(&p->made);
    oq_err *err = p->produce(p->self, rq, &p->made, &p->is_done);
    http_scope_end(rq);
    oq_arena_rewind(rq->arena, mark);
    if (!err && p->made.overflow)
        err = oq_fail(OQ_INTERNAL, "http.answer_too_large");
    return err;
}

static void zip_piece(http_pieces *p)
{
    oq_buf_clear(&p->zipped);
    p->zip.next_in = (Bytef *)p->made.ptr;
    p->zip.avail_in = (uInt)p->made.len;
    int state = Z_OK, flush = p->is_done ? Z_FINISH : p->is_ending ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
        char *room = oq_buf_room(&p->zipped, ZIP_STEP);
        p->zip.next_out = (Bytef *)room;
        p->zip.avail_out = ZIP_STEP;
        state = deflate(&p->zip, flush);
        p->zipped.len += ZIP_STEP - p->zip.avail_out;
    } while (p->zip.avail_out == 0 && state == Z_OK);
}

static const oq_buf *sendable(const http_pieces *p)
{
    return p->is_zipped ? &p->zipped : &p->made;
}

oq_err *http_pieces_begin(http_req *rq)
{
    http_pieces *p = rq->answer.pieces;
    OQ_TRY(make(rq, p));
    if (p->is_done) { /* it is short: an answer like any other */
        rq->answer.buf = p->made;
        p->made = (oq_buf){0};
        http_pieces_drop(p);
        rq->answer.pieces = NULL;
        return NULL;
    }
    http_set_header(rq, "Vary", OQ_STR("Accept-Encoding"));
    if (http_accepts_gzip(http_header_joined(rq, "Accept-Encoding")) &&
        deflateInit2(&p->zip, ZIP_LEVEL, Z_DEFLATED, ZIP_WINDOW, ZIP_MEMORY, Z_DEFAULT_STRATEGY) ==
            Z_OK) {
        p->is_zipped = true;
        http_set_header(rq, "Content-Encoding", OQ_STR("gzip"));
        zip_piece(p);
    }
    return NULL;
}

static oq_err *make_next(http_req *rq, http_pieces *p)
{
    oq_mark mark = oq_arena_mark(rq->arena);
    oq_err *err = http_check_again(rq);
    oq_arena_rewind(rq->arena, mark);
    return err ? err : make(rq, p);
}

/* Rows are whole where a piece ends, so the line stands by itself. */
static void put_last_words(http_req *rq, http_pieces *p, const oq_err *err)
{
    oq_buf_clear(&p->made);
    p->is_ending = true;
    if (err->kind == OQ_INTERNAL)
        err = oq_fail(OQ_INTERNAL, "http.internal", "request_id=%.*s", OQ_FMT(rq->request_id));
    if (oq_str_starts(oq_cstr(rq->answer.type), OQ_STR("text/"))) {
        oq_buf_lit(&p->made, "# broken off: ");
        oq_buf_str(&p->made, oq_err_sentence(rq->arena, rq->lang, err));
        oq_buf_lit(&p->made, " [");
        oq_buf_str(&p->made, oq_cstr(err->code));
        oq_buf_lit(&p->made, "]\r\n");
    }
}

void http_pieces_go_on(http_req *rq, bool is_hasty)
{
    http_pieces *p = rq->answer.pieces;
    p->sent = 0;
    oq_err *err = is_hasty ? oq_fail(OQ_UNAVAILABLE, "http.stopping") : make_next(rq, p);
    if (err) {
        oq_log_err(err->kind == OQ_INTERNAL ? OQ_LOG_ERROR : OQ_LOG_WARN, "http.answer_broken", err,
                   OQ_LOG_FIELDS_(OQ_F_STR("request_id", rq->request_id)));
        p->is_done = false;
        put_last_words(rq, p, err);
    }
    if (p->is_zipped)
        zip_piece(p);
}

/* --- sending; in an event thread ---------------------------------------------------------------*/

/* The connection sleeps before the request is handed over: a worker may be done before we return.
 */
static void ask_for_more(http_req *rq)
{
    http_conn_expect(rq->conn, HTTP_NEVER);
    MHD_suspend_connection(rq->mhd);
    if (http_queue_push_on(&rq->server->queue, rq))
        return;
    rq->answer.pieces->is_broken = true; /* the server stops */
    MHD_resume_connection(rq->mhd);
}

static ssize_t read_piece(void *cls, uint64_t pos, char *out, size_t max)
{
    http_req *rq = cls;
    http_pieces *p = rq->answer.pieces;
    const oq_buf *piece = sendable(p);
    if (p->is_broken)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t len = piece->len - p->sent;
    if (len > max)
        len = max;
    if (len) {
        http_conn_expect(rq->conn, oq_monotonic() + HTTP_ANSWER_TAKEN_S * OQ_SECOND);
        memcpy(out, piece->ptr + p->sent, len);
        p->sent += len;
        p->bytes += (int64_t)len;
        return (ssize_t)len;
    }
    if (p->is_done)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (p->is_ending) {
        p->is_broken = true;
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    ask_for_more(rq);
    return 0;
}

struct MHD_Response *http_pieces_response(http_req *rq)
{
    struct MHD_Response *reply =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32 * 1024, read_piece, rq, NULL);
    if (!reply)
        abort();
    return reply;
}

void http_pieces_note_end(http_req *rq)
{
    const http_pieces *p = rq->answer.pieces;
    if (!p)
        return;
    bool is_whole = p->is_done && !p->is_broken && p->sent == sendable(p)->len;
    atomic_fetch_add_explicit(&rq->server->counts.bytes_out, p->bytes, memory_order_relaxed);
    oq_log_info("http.sent_in_pieces", OQ_F_CSTR("route", rq->route ? rq->route->path : "-"),
                OQ_F_INT("bytes", p->bytes), OQ_F_CSTR("whole", is_whole ? "yes" : "no"),
                OQ_F_INT("took_us", oq_monotonic() - rq->arrived),
                OQ_F_STR("request_id", rq->request_id));
}
