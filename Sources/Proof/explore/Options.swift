import Exploration
import Foundation

/// What the command line asks for.
struct Options: Sendable {
    var scopes: [Scope] = []
    var isList = false
    var isHelp = false
    /// How long each scope may take.
    var minutes = 10.0
    /// Checks nothing but harm.
    var isHarmOnly = false
    /// Ends with the first scope in which something breaks.
    var endsEarly = false
    /// Only the scopes that take less than a minute.
    var isQuick = false
    /// How many scopes at a time.
    var jobs = ProcessInfo.processInfo.activeProcessorCount
    /// What `--with` sets in each scope.
    private var changes: [(path: WritableKeyPath<Scope, Int> & Sendable, value: Int)] = []
    private var isFree = false
    private var cuts: [[Int]] = []
    /// Where to write the story as HTML.
    var page: String?

    struct Mistake: Error {
        var text: String
    }

    static let usage = """
        usage: scripts/explore [--list] [--minutes M] [--jobs J] [--quick] [--harm] [--until-violation]
                               [--with NAME=N] [--free] [--cut A,B] [--page FILE] [SCOPE...]

        Visits every state of small clusters of the real code, in breadth, and tells the fewest steps that break a
        property, where one can be broken. Without names it explores all scopes.

          --list             say what scopes there are
          --minutes M        how long each scope may take (10)
          --jobs J           how many scopes at a time (as many as there are cores)
          --with NAME=N      another budget or bound; NAME is one of
                             \(Scope.limits.map(\.name).joined(separator: " "))
          --free             let every member stand, crash and hear every other
          --cut A,B          let these two members hear nothing of each other
          --quick            only the scopes that take less than a minute
          --harm             check only what a client or Figure 3 of the paper can tell, and no rule that may be broken
                             without harm
          --page FILE        write the story as a page for a browser as well
          --until-violation  end with the first scope in which something breaks

        Exits 0 where nothing is broken, 1 where something is, 64 where an option is wrong.
        """

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "-h", "--help": isHelp = true
            case "--list": isList = true
            case "--quick": isQuick = true
            case "--harm": isHarmOnly = true
            case "--until-violation": endsEarly = true
            case "--page":
                guard let path = rest.popFirst() else { throw Mistake(text: "--page takes a file") }
                page = path
            case "--minutes":
                guard let value = rest.popFirst().flatMap(Double.init), value > 0 else {
                    throw Mistake(text: "--minutes takes a number above 0")
                }
                minutes = value
            case "--jobs":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                    throw Mistake(text: "--jobs takes a whole number above 0")
                }
                jobs = value
            case "--with": try change(rest.popFirst() ?? "")
            case "--free": isFree = true
            case "--cut":
                let members = (rest.popFirst() ?? "").split(separator: ",").compactMap { Int($0) }
                guard members.count == 2 else { throw Mistake(text: "--cut takes two members, as in 0,2") }
                cuts.append(members)
            default: scopes.append(try Self.scope(argument))
            }
        }
        if scopes.isEmpty { scopes = Scope.all }
        if isQuick { scopes.removeAll { !$0.isQuick } }
        if isHarmOnly { scopes = scopes.map(\.forHarm) }
        for slot in scopes.indices {
            if isFree { scopes[slot].free() }
            scopes[slot].cuts += cuts
            for (path, value) in changes { scopes[slot][keyPath: path] = value }
        }
    }

    private mutating func change(_ text: String) throws {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let value = Int(parts[1]), value >= 0,
            let path = Scope.limits.first(where: { $0.name == parts[0] })?.path
        else {
            throw Mistake(
                text: "--with takes NAME=N, as in crashes=2, and not \(text); --help lists the names")
        }
        changes.append((path, value))
    }

    private static func scope(_ name: String) throws -> Scope {
        if name.hasPrefix("-") { throw Mistake(text: "there is no option \(name)") }
        guard let scope = Scope.all.first(where: { $0.name == name }) else {
            throw Mistake(text: "there is no scope \(name); --list names them")
        }
        return scope
    }
}
