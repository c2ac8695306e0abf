import Foundation

/// A program that was built together with the tests, which lies beside them.
package func builtProgram(_ name: String) -> URL {
    // On macOS the tests are a bundle that another program loads.
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let tests = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent(name)
}
