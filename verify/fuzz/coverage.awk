# SPDX-License-Identifier: BSL-1.0
# Lines and branches that were reached, a file each; then what was not. Reads lines as lcov has them ("SF:FILE",
# "DA:LINE,COUNT") and branches as coverage.sh puts them ("BR:FILE,PLACE,TRUE,FALSE"). A place comes up once for
# each instantiation of a template: it is reached if any of them is.
BEGIN { FS = "[:,]" }
function add(kind, file, place, count) {
    if (!((kind, file, place) in hits)) places[kind, file] = places[kind, file] " " place
    hits[kind, file, place] += count
}
$1 == "SF" { file = $2; sub(include, "", file); files[++n] = file }
$1 == "DA" { add("lines", file, $2, $3) }
$1 == "BR" {
    file = $2
    sub(include, "", file)
    add("branches", file, $3 "true", $4)
    add("branches", file, $3 "false", $5)
}
# Sets `total` and `reached`; says what was not. A branch that goes neither way was decided when it was compiled
# (if constexpr), or is in a line that was not reached, which is said there.
function count(kind, file,    place, words, i, missed, other) {
    words = split(places[kind, file], place, " ")
    total = reached = 0
    for (i = 1; i <= words; i++) {
        other = place[i]
        if (!sub(/true$/, "false", other)) sub(/false$/, "true", other)
        if (kind == "branches" && hits[kind, file, place[i]] + hits[kind, file, other] == 0) continue
        total++
        if (hits[kind, file, place[i]] > 0) reached++; else missed = missed " " place[i]
    }
    if (missed != "") unreached = unreached file ", " kind ":" missed "\n"
}
function percent(part, whole) { return whole ? sprintf("%.1f %%", 100 * part / whole) : "-" }
function row(name, l, lr, b, br) {
    printf "%-36s %6s %6s %8s   %8s %6s %8s\n", name, l, lr, percent(lr, l), b, br, percent(br, b)
}
END {
    printf "%-36s %6s %6s %8s   %8s %6s\n", "", "lines", "hit", "", "branches", "hit"
    for (i = 1; i <= n; i++) {
        count("lines", files[i])
        l = total; lr = reached
        count("branches", files[i])
        row(files[i], l, lr, total, reached)
        all_l += l; all_lr += lr; all_b += total; all_br += reached
    }
    row("total", all_l, all_lr, all_b, all_br)
    printf "\nNot reached:\n%s", unreached
}
