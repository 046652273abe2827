"""Unpacks files of a zip archive: `python unpack.py <archive> <folder> <name> ...`; the others in it are left alone.

Each is written under the name that was asked for, never under one that the archive gives.
"""

import os
import shutil
import stat
import sys
import zipfile


class UnpackError(Exception):
    """Says which file of the archive cannot be unpacked, where in it that begins, and why."""


def unpack(archive, folder, names):
    # What is wanted is compressed already, or small: only a zip bomb holds more than the whole archive has bytes.
    limit = os.path.getsize(archive)
    with zipfile.ZipFile(archive) as files:
        members = [find_member(files, name, limit) for name in names]
        for name, member in zip(names, members):
            path = os.path.join(folder, name)
            part = path + '.part'
            try:
                # Reads no more than `file_size` bytes, and checks their CRC-32.
                with files.open(member) as packed, open(part, 'wb') as unpacked:
                    shutil.copyfileobj(packed, unpacked)
                os.rename(part, path)
            except Exception as error:
                if os.path.exists(part):
                    os.remove(part)
                raise refusal(member, f'{type(error).__name__}: {error}') from error


def find_member(files, name, limit):
    found = [member for member in files.infolist() if os.path.basename(member.filename) == name]
    if len(found) != 1:
        raise UnpackError(f'expected one file {name} in it, but got {len(found) or "none"}')
    [member] = found
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise refusal(member, 'expected a file, but got a link or device')
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refusal(member, f'expected method 0 or 8 (stored, deflated), but got {member.compress_type}')
    if member.file_size > limit:
        raise refusal(member, f'expected at most the {limit} bytes of the archive, but got {member.file_size}')
    return member


def refusal(member, reason):
    return UnpackError(f'{member.filename}, byte {member.header_offset}: {reason}')


if __name__ == '__main__':
    try:
        unpack(sys.argv[1], sys.argv[2], sys.argv[3:])
    except UnpackError as error:
        sys.exit(str(error))
