#pragma once
/* Where things are: XDG directories for a person, systemd's for a service. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/err.h"

enum { PATH_TEXT = 1024 };

/** $STATE_DIRECTORY, else $XDG_STATE_HOME/sellersmart, else ~/.local/state/sellersmart. */
enum err path_data_dir(char out[static PATH_TEXT], struct error *e);
/** $RUNTIME_DIRECTORY/api.sock, else $XDG_RUNTIME_DIR/sellersmart/api.sock, else
 *  /run/user/UID/sellersmart/api.sock when that directory is ours, else DATA/api.sock. */
enum err path_default_socket(char out[static PATH_TEXT], struct error *e);
/** The candidates a client tries, in order: XDG_RUNTIME_DIR's, /run/user/UID's, the one in the data
 *  directory, then a service's /run/sellersmart/api.sock; returns the count written. */
size_t path_client_sockets(char out[][PATH_TEXT], size_t max);
/** $XDG_CONFIG_HOME/sellersmart/NAME, else ~/.config/...; then /etc/sellersmart/NAME. False: none
 * exists. */
bool path_find_config(char out[static PATH_TEXT], const char *name);
/** mkdir -p with mode 0700 for what it makes. */
enum err path_make_dir(const char *dir, struct error *e);
/** ERR_INVALID when a Unix socket cannot have this path: longer than sun_path (107 bytes) or empty.
 */
enum err path_check_socket(const char *path, struct error *e);
