// GnuTLS is loaded with libcurl, by way of a protocol that nobody here speaks, and would start by itself: a megabyte
// and some milliseconds of every start. A program that does not use it says so by this function: gnutls/gnutls.h,
// GNUTLS_SKIP_GLOBAL_INIT. Whoever calls it all the same still starts it first, as libcurl would.
extern "C" int _gnutls_global_init_skip()
{
    return 1;
}
