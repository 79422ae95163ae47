"""What is looked at when a road has been walked, in order."""

from tools.roads.looks import nginx, small, supervised, units, upgraded
from tools.roads.looks.asking import Look

NGINX = [
    nginx.it_is_up,
    nginx.http_leads_to_https,
    nginx.https_answers,
    nginx.www_leads_to_the_bare_name,
    nginx.strangers_are_refused,
    nginx.static_files,
    nginx.missing_static_files_reach_the_site,
    nginx.uploads_are_not_on_the_disk,
    nginx.links_are_https,
    nginx.forwarded_headers_are_not_believed,
    nginx.large_files_may_move_in,
    nginx.unlisted_names_are_the_sites_400,
    nginx.logs_have_lines,
]
VM = [
    *NGINX,
    units.socket_and_owners,
    units.nginx_sees_no_data,
    units.code_is_read_only,
    units.work_is_done,
    units.crashes_are_mended,
    units.stopping_takes_seconds,
    upgraded.a_new_version_came_and_went,
    units.backups_are_made,
    units.sandbox_is_tight,
    units.nothing_failed,
    units.reboots_bring_it_back,
]


SUPERVISOR = [
    *NGINX,
    supervised.group_runs,
    units.work_is_done,
    upgraded.a_new_version_came,
    supervised.killed_programs_come_back,
    supervised.group_restarts,
    supervised.group_stops,
    supervised.supervised_logs,
]
SMALL = [
    small.it_is_up,
    small.port_8000_answers,
    small.static_files_of_the_site,
    units.work_is_done,
    small.memory,
    small.small_crashes_are_mended,
    small.small_stops,
    upgraded.a_new_version_came_and_went,
    units.backups_are_made,
    units.nothing_failed,
    small.small_reboots,
]
LOOKS = {"vm": VM, "supervisor": SUPERVISOR, "small": SMALL}


def of(road: str) -> list[Look]:
    """Return what there is to look at on a road."""
    return [Look(ask) for ask in LOOKS[road]]
