import Page

/// The report of a run as one HTML page that draws itself, and needs nothing else; and the list of all runs.
package enum ReportPage {
    /// In the order in which they run.
    private static var scripts: String {
        Page.text(
            PackageResources.helpers_js, PackageResources.charts_js, PackageResources.head_js,
            PackageResources.latency_js, PackageResources.throughput_js, PackageResources.lanes_js,
            PackageResources.kinds_js, PackageResources.messages_js, PackageResources.meanings_js,
            PackageResources.diagram_js, PackageResources.violations_js, PackageResources.anomalies_js,
            PackageResources.start_js)
    }

    /// - Parameter json: the data of the report.
    package static func html(title: String, json: String) -> [UInt8] {
        Page.html(
            PackageResources.report_html,
            [
                "TITLE": Page.escaped(title), "STYLE": Page.text(PackageResources.report_css),
                "DATA": Page.inScript(json), "SCRIPT": scripts,
            ])
    }

    /// The list of runs, or of a run's files.
    /// - Parameter json: its data.
    package static func runs(title: String, json: String) -> [UInt8] {
        Page.html(
            PackageResources.runs_html,
            [
                "TITLE": Page.escaped(title), "STYLE": Page.text(PackageResources.runs_css),
                "DATA": Page.inScript(json), "SCRIPT": Page.text(PackageResources.runs_js),
            ])
    }

    /// An SVG picture.
    package static var icon: [UInt8] { PackageResources.favicon_svg }
}
