// expect: no matching .*load_many
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include <vector>

int main() {
    syncmap::map<int, int> map;
    const std::vector<int> keys{1, 2};
    std::vector<int> out(keys.size());
    map.load_many(keys, out);
}
