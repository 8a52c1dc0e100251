// SPDX-License-Identifier: BSL-1.0
#include "registry.hpp"

#include <algorithm>
#include <utility>

namespace bench {
namespace {

std::vector<peer>& all() {
    static std::vector<peer> registered;
    return registered;
}

}  // namespace

const std::vector<peer>& peers() { return all(); }

void register_peer(peer p) {
    std::vector<peer>& list = all();
    const auto after =
        std::upper_bound(list.begin(), list.end(), p, [](const peer& a, const peer& b) {
            return std::pair(a.info.order, a.info.name) < std::pair(b.info.order, b.info.name);
        });
    list.insert(after, std::move(p));
}

bool peer::can(const cell& c) const {
    const auto found = types.find(c.type);
    if (found == types.end() || (unsynchronised && c.threads > 1)) return false;
    const instance& i = found->second;
    return (c.what->uses & ~i.can) == 0 && (c.what->how != manner::batches || i.batches) &&
           (c.what->how != manner::iterate || i.iterates);
}

std::string version_text(int major, int minor, int patch) {
    std::string text = std::to_string(major) + '.' + std::to_string(minor);
    if (patch >= 0) text += '.' + std::to_string(patch);
    return text;
}

}  // namespace bench
