// SPDX-License-Identifier: BSL-1.0
#include "record.hpp"

#include <sstream>
#include <stdexcept>

namespace cluster {

// The first word says what the line is. Keys and values are words without spaces.

void tell(std::ostream& out, const load_slot& s) {
    out << "loads " << s.start_us << ' ' << s.loads << ' ' << s.missing << ' ' << s.waits << ' '
        << s.interruptions << ' ' << s.stale_ms << ' ';
    s.batches.write(out);
    out << ' ';
    s.undisturbed.write(out);
    out << '\n';
}

void tell(std::ostream& out, const write& w) {
    out << "write " << w.start_us << ' ' << w.took_us << ' ' << w.outcome << '\n';
}

void tell_rest(std::ostream& out, const record& r) {
    for (const auto& [key, history] : r.keys) {
        out << "key " << key << ' ' << (history.acknowledged.empty() ? "-" : history.acknowledged);
        for (const std::string& value : history.uncertain) out << ' ' << value;
        out << '\n';
    }
    for (const auto& [key, value] : r.mirror) out << "mirror " << key << ' ' << value << '\n';
    for (const std::string& text : r.problems) out << "problem " << text << '\n';
    out << "counts " << r.increments << ' ' << r.uncertain_increments << ' ' << r.revision << ' '
        << r.announced << ' ' << r.announced_wrongly << ' ' << r.reconnects << ' ' << r.resyncs
        << '\n';
}

void understand(const std::string& line, record& into) {
    std::istringstream in(line);
    std::string what, key;
    in >> what;
    if (what == "loads") {
        load_slot s;
        in >> s.start_us >> s.loads >> s.missing >> s.waits >> s.interruptions >> s.stale_ms;
        s.batches.read(in);
        s.undisturbed.read(in);
        into.loads.push_back(std::move(s));
    } else if (what == "write") {
        write w;
        in >> w.start_us >> w.took_us >> w.outcome;
        into.writes.push_back(w);
    } else if (what == "key") {
        in >> key;
        key_history& history = into.keys[key];
        in >> history.acknowledged;
        if (history.acknowledged == "-") history.acknowledged.clear();
        for (std::string value; in >> value;) history.uncertain.push_back(value);
        in.clear();
    } else if (what == "mirror") {
        in >> key;
        in >> into.mirror[key];
    } else if (what == "problem") {
        into.problems.push_back(line.substr(line.find(' ') + 1));
    } else if (what == "counts") {
        in >> into.increments >> into.uncertain_increments >> into.revision >> into.announced >>
            into.announced_wrongly >> into.reconnects >> into.resyncs;
    } else {
        in.setstate(std::ios::failbit);
    }
    if (!in) throw std::runtime_error("a client process said: " + line);
}

}  // namespace cluster
