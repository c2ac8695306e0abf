import Simulation

/// The options of the command line.
struct Options {
    var seeds: ClosedRange<UInt64>?
    var minutes: Double?
    var seed: UInt64?
    var isTraced = false
    /// Where to write the last steps of the seed's run as HTML, and how many these are.
    var page: String?
    var steps = 200
    /// Stop at the first violation.
    var endsEarly = false
    var jobs: Int?
    var members: Int?
    var operations: Int?
    var bias: Scenario.Bias?
    /// The worker's number in `0..<jobs`, in a process that `WorkerPool` started.
    var worker: Int?

    static let usage = """
        simulate [--seeds A..B] [--minutes M] [--jobs J]   run seeds on all cores (default 1..1000)
        simulate --seed N [--trace]                        run one seed, and print every event
        simulate --seed N --page FILE [--steps M]          write its last M steps (200), up to what breaks, as a page
        options: --members N, --operations N and --bias NAME override what the seed draws;
                 --until-violation stops at the first violation
        """

    struct Mistake: Error {
        var text: String
    }

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch option {
            case "--trace": isTraced = true
            case "--until-violation": endsEarly = true
            default: try take(option, &rest)
            }
        }
    }

    private mutating func take(_ option: String, _ rest: inout ArraySlice<String>) throws {
        guard let value = rest.popFirst() else { throw Mistake(text: "\(option) takes a value") }
        func number<Number: LosslessStringConvertible>(_ type: Number.Type) throws -> Number {
            guard let number = Number(value) else {
                throw Mistake(text: "\(option) takes a number, not \(value)")
            }
            return number
        }
        switch option {
        case "--seeds":
            let ends = value.split(separator: ".").compactMap { UInt64($0) }
            guard ends.count == 2, ends[0] <= ends[1] else {
                throw Mistake(text: "--seeds takes a range like 1..1000, not \(value)")
            }
            seeds = ends[0]...ends[1]
        case "--minutes": minutes = try number(Double.self)
        case "--seed": seed = try number(UInt64.self)
        case "--page": page = value
        case "--steps":
            steps = try number(Int.self)
            if steps < 1 { throw Mistake(text: "--steps takes a number above 0") }
        case "--jobs": jobs = try number(Int.self)
        case "--worker": worker = try number(Int.self)
        case "--members": members = try number(Int.self)
        case "--operations": operations = try number(Int.self)
        case "--bias":
            guard let named = Scenario.Bias(rawValue: value) else {
                let all = Scenario.Bias.allCases.map(\.rawValue).joined(separator: " ")
                throw Mistake(text: "--bias takes one of \(all), not \(value)")
            }
            bias = named
        default: throw Mistake(text: "there is no option \(option)")
        }
    }

    func scenario(_ seed: UInt64) -> Scenario {
        Scenario(seed: seed, bias: bias, members: members, operations: operations)
    }
}
