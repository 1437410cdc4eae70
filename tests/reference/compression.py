"""gzip and zstd. zstd is called in its C library, as Debian's Python 3.11 has no module for it."""

import ctypes
import gzip

_zstd = None


def _library():
    global _zstd
    if _zstd is None:
        _zstd = ctypes.CDLL("libzstd.so.1")
        size_t, pointer = ctypes.c_size_t, ctypes.c_void_p
        _zstd.ZSTD_compressBound.restype = size_t
        _zstd.ZSTD_compressBound.argtypes = [size_t]
        _zstd.ZSTD_compress.restype = size_t
        _zstd.ZSTD_compress.argtypes = [pointer, size_t, ctypes.c_char_p, size_t, ctypes.c_int]
        _zstd.ZSTD_isError.argtypes = [size_t]
        _zstd.ZSTD_createDStream.restype = pointer
        _zstd.ZSTD_freeDStream.argtypes = [pointer]
        _zstd.ZSTD_decompressStream.restype = size_t
        _zstd.ZSTD_decompressStream.argtypes = [pointer, pointer, pointer]
    return _zstd


class _Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


def zstd_compress(data: bytes, level: int = 3) -> bytes:
    library = _library()
    bound = library.ZSTD_compressBound(len(data))
    target = ctypes.create_string_buffer(bound)
    size = library.ZSTD_compress(target, bound, data, len(data), level)
    if library.ZSTD_isError(size):
        raise ValueError("zstd could not compress")
    return target.raw[:size]


def zstd_decompress(data: bytes) -> bytes:
    """All frames of `data`, one after another."""
    library = _library()
    stream = library.ZSTD_createDStream()
    source = ctypes.create_string_buffer(data, len(data))
    taken = _Buffer(ctypes.cast(source, ctypes.c_void_p), len(data), 0)
    target = ctypes.create_string_buffer(1 << 17)
    result = []
    try:
        while True:
            made = _Buffer(ctypes.cast(target, ctypes.c_void_p), len(target), 0)
            status = library.ZSTD_decompressStream(stream, ctypes.byref(made), ctypes.byref(taken))
            if library.ZSTD_isError(status):
                raise ValueError("this is not zstd")
            result.append(target.raw[: made.pos])
            if taken.pos == taken.size and made.pos < made.size:
                return b"".join(result)
    finally:
        library.ZSTD_freeDStream(stream)


def decompress(data: bytes) -> bytes:
    """What the bytes of a file hold; plain bytes are themselves."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        return zstd_decompress(data)
    return data


def compress(data: bytes, kind: str) -> bytes:
    if kind == "gzip":
        return gzip.compress(data, mtime=0)
    if kind == "zstd":
        return zstd_compress(data)
    return data
