// SPDX-License-Identifier: BSL-1.0
// A read-through cache over a database (SQLite): whoever asks for a row first fetches it, others
// use what was fetched, and who changes a row makes the cache forget it.
//
// Why this way: what never changes needs only load_or_compute(). What changes has a race: a reader
// fetches the old price, a writer commits a new one and erases what is cached, which is nothing
// yet, and then the reader stores the old price, for ever. So here a reader puts an empty slot into
// the map, and then fetches into it; a writer commits, and then erases. Any slot there after that
// was put there after the commit, so what is fetched into it is new. Whoever still holds an older
// slot asked while the price changed. And several threads that want a row fetch it once. Watch out:
// erase after the commit, never before. What was asked for once stays, even if it does not exist:
// when the keys come from outside, the cache needs a limit.
#include <syncmap/map.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>
#include <unistd.h>

namespace {

using number = std::int64_t;

class database {  // a connection; each thread has its own
public:
    explicit database(const std::string& file) {
        sqlite3* opened = nullptr;
        const int result = sqlite3_open(file.c_str(), &opened);
        connection_.reset(opened);
        check(result == SQLITE_OK);
        sqlite3_busy_timeout(opened, 60'000);
        ask("PRAGMA journal_mode = WAL");    // readers do not wait for the writer,
        ask("PRAGMA synchronous = NORMAL");  // nor the writer for the disk each time
    }
    // Runs one statement, which commits by itself; returns the first number of its result.
    std::optional<number> ask(const char* sql, std::initializer_list<number> values = {}) {
        sqlite3_stmt* made = nullptr;
        check(sqlite3_prepare_v2(connection_.get(), sql, -1, &made, nullptr) == SQLITE_OK);
        const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> end(made,
                                                                             sqlite3_finalize);
        for (int place = 0; const number value : values)
            check(sqlite3_bind_int64(made, ++place, value) == SQLITE_OK);
        const int result = sqlite3_step(made);
        check(result == SQLITE_ROW || result == SQLITE_DONE);
        std::this_thread::sleep_for(std::chrono::microseconds(20));  // as if over a network
        return result == SQLITE_ROW ? std::optional(sqlite3_column_int64(made, 0)) : std::nullopt;
    }

private:
    void check(bool good) const {
        if (!good) throw std::runtime_error(sqlite3_errmsg(connection_.get()));
    }
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_{nullptr, sqlite3_close};
};

class cached_shop {
public:
    // The tax of a category, in percent, which never changes. Threads that need it at the same time
    // may all fetch it; one result is kept, and all of them return it.
    number tax(database& db, number category) {
        const auto fetch = [&] {
            return db.ask("SELECT tax FROM category WHERE id = ?", {category}).value_or(0);
        };
        return taxes_.load_or_compute(category, fetch).first;
    }

    // The price of a product, nullopt if there is no such product.
    std::optional<number> price(database& db, number product) {
        // The handle keeps the slot, even if it is erased while we fetch. If fetching throws, the
        // slot stays empty, and the next one tries again.
        const syncmap::pinned<slot> found = prices_.try_emplace(product).first;
        std::call_once(found->once, [&] {
            ++fetches;
            found->price = db.ask("SELECT price FROM product WHERE id = ?", {product});
        });
        return found->price;
    }
    void set_price(database& db, number product, number price) {
        db.ask("UPDATE product SET price = ? WHERE id = ?", {price, product});
        prices_.erase(product);
    }
    std::atomic<int> fetches = 0;  // of prices

private:
    struct slot {  // maps show values as const: what is filled in later, once, is mutable
        mutable std::once_flag once;
        mutable std::optional<number> price;
    };
    syncmap::map<number, number> taxes_;
    syncmap::map<number, slot> prices_;
};

}  // namespace

int main() {
    constexpr int threads = 4, questions = 20'000, products = 16;
    const std::filesystem::path temp = std::filesystem::temp_directory_path();
    const std::string folder = temp / ("read_through." + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    database db(folder + "/shop.db");
    db.ask("CREATE TABLE category (id INTEGER PRIMARY KEY, tax INTEGER)");
    db.ask("CREATE TABLE product (id INTEGER PRIMARY KEY, price INTEGER)");
    for (number c = 0; c < 4; ++c) db.ask("INSERT INTO category VALUES (?, ?)", {c, 5 * c});
    for (number p = 0; p < products; ++p) db.ask("INSERT INTO product VALUES (?, 0)", {p});

    cached_shop shop;
    std::array<std::atomic<number>, products> in_force{};  // nobody may see less than this any more
    std::atomic<int> raises = 0, wrong = 0;
    const auto trade = [&](int me) {
        database mine(folder + "/shop.db");
        std::minstd_rand random(static_cast<unsigned>(me) + 1);
        for (int i = 0; i < questions; ++i) {
            const auto product = static_cast<number>(random() % products);
            std::atomic<number>& known = in_force[static_cast<std::size_t>(product)];
            const number least = known;
            wrong += shop.price(mine, product).value_or(-1) < least;
            wrong += shop.tax(mine, product % 4) != 5 * (product % 4);
            if (product % threads == me && random() % 20 == 0) {  // each raises products of its own
                shop.set_price(mine, product, least + 1);
                known = least + 1;
                ++raises;
            }
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t) workers.emplace_back(trade, t);
    }
    for (number p = 0; p <= products; ++p)  // the last one does not exist
        wrong += shop.price(db, p) != db.ask("SELECT price FROM product WHERE id = ?", {p});
    std::filesystem::remove_all(folder);
    std::printf("%d questions, %d raises, %d fetches, %d wrong answers\n", threads * questions,
                raises.load(), shop.fetches.load(), wrong.load());
    return wrong == 0 && shop.fetches <= products + 1 + raises ? 0 : 1;
}
