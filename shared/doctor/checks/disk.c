/* Room for the store: bytes, inodes, and a file system that can lock. */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "shared/doctor/doctor.h"

enum { LOW_PCT = 5, LOW_MB = 200, MEGA = 1 << 20 };

/* statfs(2); over them locks and memory maps are not what SQLite needs. */
static const char *network_name(long magic)
{
	switch ((unsigned long)magic) {
	case 0x6969: return "NFS";
	case 0xFF534D42: return "CIFS";
	case 0xFE534D42: return "SMB";
	case 0x00C36400: return "Ceph";
	case 0x01021997: return "9P";
	default: return NULL;
	}
}

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	struct statvfs v;
	struct statfs s;
	if (statvfs(c->data_dir, &v) || statfs(c->data_dir, &s)) {
		doctor_say(
			f, errno == ENOENT ? DOCTOR_WARN : DOCTOR_FAIL,
			"sellersmart daemon start makes it, or see data_dir in the configuration",
			"%.120s: %s", c->data_dir, strerror(errno));
		return;
	}
	unsigned long long free_mb = (unsigned long long)v.f_bavail * v.f_frsize / MEGA;
	unsigned long long pct = v.f_blocks ? v.f_bavail * 100ULL / v.f_blocks : 100;
	bool inodes_low = v.f_files && v.f_favail * 100ULL / v.f_files < LOW_PCT;
	if (access(c->data_dir, W_OK)) {
		doctor_say(f, DOCTOR_FAIL, "chown it to the daemon's user",
			   "%.120s cannot be written: %s", c->data_dir, strerror(errno));
	} else if (network_name(s.f_type)) {
		doctor_say(f, DOCTOR_FAIL, "move data_dir to a local disk",
			   "%.120s is on %s: the store is not safe there", c->data_dir,
			   network_name(s.f_type));
	} else if (free_mb < LOW_MB || pct < LOW_PCT || inodes_low) {
		doctor_scarce(f, "make room, or lower retention_size",
			      "disk nearly full: %llu MB (%llu %%)%s free at %.120s", free_mb, pct,
			      inodes_low ? " and few inodes" : "", c->data_dir);
		f->level = free_mb < LOW_MB ? DOCTOR_FAIL : DOCTOR_WARN;
	} else {
		doctor_say(f, DOCTOR_OK, NULL, "%llu MB free (%llu %%) at %.120s", free_mb, pct,
			   c->data_dir);
	}
}

extern const struct doctor_check doctor_disk;
const struct doctor_check doctor_disk = {.name = "disk", .topic = "machine.disk", .look = look};
