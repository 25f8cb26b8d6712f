#pragma once
/* An SQLite VFS under which killing the process is a power cut: what was written to a database or
 * its log stays in the memory of the process until it is synced. Single 512-byte sectors may reach
 * the disk earlier, in any order, as a kernel's write-back does. */

/** Register "lossy". @param keep_percent  of written sectors that reach the disk unsynced, 0..100
 */
void lossy_vfs_register(unsigned keep_percent, unsigned seed);
