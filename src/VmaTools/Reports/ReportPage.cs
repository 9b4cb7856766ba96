using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace VmaTools.Reports;

/// <summary>
/// Makes the page: one file that needs nothing else, no script, no network. Every text that is not of this class goes through
/// <see cref="ReportText.Escape"/>, and the page forbids whatever could slip through.
/// </summary>
internal sealed class ReportPage
{
    // A hostile archive can bring a hundred findings of each code; a page for people ends somewhere.
    private const int MaxFindings = 500;

    private const int MaxMaps = 200;

    private readonly ReportData _data;
    private readonly StringBuilder _page = new();

    private ReportPage(ReportData data) => _data = data;

    public static string Render(ReportData data)
    {
        ReportPage page = new(data);
        page.AppendAll();
        return page._page.ToString();
    }

    private void AppendAll()
    {
        Line("<!doctype html>");
        Line("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        Line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        Line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        Line($"<title>{Text(_data.Title)}</title>");
        Line($"<style>{ReportStyle.Css}</style></head><body><main>");
        Line($"<header><h1>{Text(_data.Title)}</h1><span class=\"dim\">{ReportText.Time(_data.Now)}</span></header>");
        AppendVerdict();
        AppendTiles();
        AppendAttention();
        AppendMachines();
        AppendMaps();
        AppendFindings();
        AppendDebris();
        AppendBackups();
        Line("<footer>Made by VmaTools. Times are local to the machine that made this page. "
            + "“Data unproven” means that nothing in an uncompressed archive covers the data itself; a manifest does.</footer>");
        Line("</main></body></html>");
    }

    private void AppendVerdict()
    {
        int damaged = _data.CountOf(ReportVerdict.Damaged);
        int foreign = _data.CountOf(ReportVerdict.NoArchive);
        int unread = _data.CountOf(ReportVerdict.NotRead);
        int incomplete = _data.CountOf(ReportVerdict.Incomplete);
        int late = _data.Machines.Count(_data.IsTooOld);
        string tested = ReportText.Count(_data.Tested, "tested archive", "tested archives");
        string all = $"{ReportText.Count(_data.Backups.Count, "backup", "backups")} of {ReportText.Count(_data.Machines.Count, "machine", "machines")}"
            + (damaged > 0 && foreign > 0 ? $"; {foreign} {(foreign == 1 ? "is" : "are")} no archive" : string.Empty)
            + (damaged + foreign > 0 && unread > 0 ? $"; {unread} could not be read here" : string.Empty)
            + (damaged + foreign + unread > 0 && incomplete > 0 ? $"; {incomplete} {(incomplete == 1 ? "lacks" : "lack")} a disk" : string.Empty)
            + (damaged + foreign + unread + incomplete > 0 && late > 0 ? $"; {ReportText.Count(late, "machine has", "machines have")} no recent backup" : string.Empty);
        (string mark, string sign, string words) = 0 switch
        {
            _ when _data.Backups.Count == 0 => ("bad", "✕", "There is no backup to report on"),
            _ when damaged > 0 => ("bad", "✕", $"{damaged} of {tested} {(damaged == 1 ? "is" : "are")} damaged"),
            _ when foreign > 0 => ("bad", "✕", $"{foreign} of {ReportText.Count(_data.Tested, "tested file", "tested files")} {(foreign == 1 ? "is" : "are")} no archive"),
            _ when unread > 0 => ("bad", "✕", $"{unread} of {tested} could not be read here"),
            _ when incomplete > 0 => ("warn", "!", $"{incomplete} of {tested} {(incomplete == 1 ? "lacks" : "lack")} a disk"),
            _ when late > 0 => ("warn", "!", $"{ReportText.Count(late, "machine has", "machines have")} no recent backup"),
            _ when _data.Tested == 0 => ("none", "·", "No archive was tested"),
            _ when _data.Tested < _data.Backups.Count => ("good", "✓", $"{tested}: all valid and complete"),
            _ => ("good", "✓", "Every archive is valid and complete"),
        };
        Line($"<section class=\"card verdict {mark}\"><span class=\"sign\" aria-hidden=\"true\">{sign}</span><div>{words}<small>{all}</small></div></section>");
    }

    private void AppendTiles()
    {
        int damaged = _data.CountOf(ReportVerdict.Damaged);
        int incomplete = _data.CountOf(ReportVerdict.Incomplete);
        int late = _data.Machines.Count(_data.IsTooOld);
        _page.Append("<dl class=\"tiles\">");
        Tile("Machines", ReportText.Number(_data.Machines.Count), null);
        Tile("Backups", ReportText.Number(_data.Backups.Count), null);
        Tile("Stored", ReportText.Size(_data.Backups.Sum(static b => b.Length ?? 0)), null);
        Tile("Tested", $"{_data.Tested}", null);
        Tile("Damaged", $"{damaged}", damaged > 0 ? "bad" : null);
        if (_data.CountOf(ReportVerdict.NoArchive) is > 0 and int foreign)
        {
            Tile("No archive", $"{foreign}", "bad");
        }

        if (_data.CountOf(ReportVerdict.NotRead) is > 0 and int unread)
        {
            Tile("Not read", $"{unread}", "bad");
        }

        Tile("Incomplete", $"{incomplete}", incomplete > 0 ? "warn" : null);
        if (_data.MaxAge is not null)
        {
            Tile("Too old", $"{late}", late > 0 ? "warn" : null);
        }

        Tile("Left over", $"{_data.Debris.Count}", _data.Debris.Count > 0 ? "warn" : null);
        Line("</dl>");
    }

    private void Tile(string name, string value, string? mark) =>
        _page.Append($"<div{(mark is null ? string.Empty : $" class=\"{mark}\"")}><dt>{name}</dt><dd>{value}</dd></div>");

    private void AppendAttention()
    {
        List<string> points = [];
        foreach (ReportItem item in _data.Backups.Where(static b => b.Verdict is ReportVerdict.Damaged or ReportVerdict.NoArchive or ReportVerdict.NotRead or ReportVerdict.Incomplete))
        {
            // Of an incomplete archive the missing disks are the point, not what was left out on purpose.
            VmaFinding? first = item.Test!.Findings.FirstOrDefault(
                f => item.Verdict is ReportVerdict.Incomplete ? Audits.ConfigAudit.IsMissing(f.Code) : f.IsError);
            points.Add($"{ReportMarks.Badge(item)}<span><span class=\"path\">{Text(item.FileName)}</span><br><span class=\"dim\">{Text(first?.Message)}</span></span>");
        }

        // A test has told it already where there was one.
        foreach (ReportItem item in _data.Backups.Where(static b => b.Verdict is ReportVerdict.Untested))
        {
            foreach (VmaReportMap map in item.Maps.Where(static m => m.MissingBytes > 0))
            {
                points.Add(ReportMarks.Badge("bad", "✕", "Missing", null)
                    + $"<span><span class=\"path\">{Text(item.FileName)}</span><br><span class=\"dim\">{ReportText.Size(map.MissingBytes)} of {Text(map.Name)} are not in the archive.</span></span>");
            }
        }

        foreach (ReportMachine machine in _data.Machines.Where(_data.IsTooOld))
        {
            points.Add(ReportMarks.Badge("warn", "!", "Too old", null)
                + $"<span><span class=\"name\">{Text(machine.Title)}</span> <span class=\"dim\">newest backup: {ReportText.Age(machine.Newest.Age)}</span></span>");
        }

        foreach (ReportItem item in _data.Backups.Where(static b => !b.IsRestorable))
        {
            points.Add(ReportMarks.Badge("warn", "!", "Name", null)
                + $"<span><span class=\"path\">{Text(item.FileName)}</span> <span class=\"dim\">a restore refuses this name</span></span>");
        }

        if (points.Count == 0)
        {
            return;
        }

        Line("<h2>Needs attention</h2><ul class=\"card attention\">");
        foreach (string point in points)
        {
            Line($"<li>{point}</li>");
        }

        Line("</ul>");
    }

    private void AppendMachines()
    {
        if (_data.Machines.Count == 0)
        {
            return;
        }

        Line("<h2>Machines</h2><div class=\"card wide\"><table><thead><tr><th>Machine</th><th>Newest backup</th><th class=\"num\">Age</th>"
            + "<th>Verdict on it</th><th class=\"num\">Backups</th><th class=\"num\">Stored</th><th>Sizes over time</th></tr></thead><tbody>");
        foreach (ReportMachine machine in _data.Machines)
        {
            _page.Append($"<tr><td>{NameOf(machine)}</td><td class=\"time\">{ReportText.Time(machine.Newest.Time)}</td>")
                .Append($"<td class=\"num{(_data.IsTooOld(machine) ? " late" : string.Empty)}\">{ReportText.Age(machine.Newest.Age)}</td>")
                .Append($"<td>{ReportMarks.Badge(machine.Newest)}</td><td class=\"num\">{machine.Backups.Count}</td>")
                .Append($"<td class=\"num\">{ReportText.Size(machine.Length)}</td><td>");
            SizeChart.Append(_page, machine);
            Line("</td></tr>");
        }

        Line("</tbody></table></div>");
    }

    private void AppendMaps()
    {
        List<(ReportMachine Machine, ReportItem Item)> mapped =
            [.. _data.Machines.SelectMany(static m => m.Backups.Where(static b => b.Maps.Count > 0).Select(b => (m, b)))];
        if (mapped.Count == 0)
        {
            return;
        }

        Line("<h2>What the disks hold</h2><div class=\"card maps\"><p class=\"key\">"
            + "<span><i class=\"zero\"></i> zero</span><span><i class=\"q1\"></i><i class=\"q2\"></i><i class=\"q3\"></i> stored in part</span>"
            + "<span><i class=\"q4\"></i> stored</span><span><i class=\"lost\"></i> missing, crossed out</span></p>");
        int left = MaxMaps;
        foreach ((ReportMachine machine, ReportItem item) in mapped)
        {
            if (left <= 0)
            {
                break;
            }

            Line($"<section><h3>{NameOf(machine)} <span class=\"path dim\">{Text(item.FileName)}</span></h3>");
            foreach (VmaReportMap map in item.Maps.OrderBy(static m => m.DeviceId).Take(left))
            {
                _page.Append($"<figure><figcaption><span class=\"name\">{Text(map.Name)}</span> <span class=\"dim\">{ReportText.Size(map.Size)}: ")
                    .Append($"{MapPicture.Figures(map.StoredBytes, map.ZeroBytes, map.MissingBytes)}</span></figcaption>");
                MapPicture.Append(_page, map);
                Line("</figure>");
            }

            left -= item.Maps.Count;
            Line("</section>");
        }

        if (left < 0)
        {
            Line($"<p class=\"dim\">and {ReportText.Number(mapped.Sum(static p => p.Item.Maps.Count) - MaxMaps)} more</p>");
        }

        Line("</div>");
    }

    private void AppendBackups()
    {
        if (_data.Machines.Count == 0)
        {
            return;
        }

        Line("<h2>Backups</h2>");
        foreach (ReportMachine machine in _data.Machines)
        {
            Line($"<details class=\"card\" open><summary><h3>{NameOf(machine)}</h3><span class=\"dim\">"
                + $"{ReportText.Count(machine.Backups.Count, "backup", "backups")}, {ReportText.Size(machine.Length)}</span></summary><div class=\"wide\"><table><thead><tr>"
                + "<th>Begun</th><th>Archive</th><th>Verdict</th><th>Compression</th><th class=\"num\">Size</th></tr></thead><tbody>");
            foreach (ReportItem item in machine.Backups)
            {
                string tags = (item.IsProtected ? " <span class=\"tag\">protected</span>" : string.Empty)
                    + (item.IsRestorable ? string.Empty : " <span class=\"tag\">a restore refuses this name</span>");
                Line($"<tr><td class=\"time\">{ReportText.Time(item.Time)}</td><td><span class=\"path\">{Text(item.FileName)}</span>{tags}</td>"
                    + $"<td>{ReportMarks.Badge(item)}</td><td>{Text(item.Compression ?? "–")}</td>"
                    + $"<td class=\"num\">{ReportText.Size(item.Length)}</td></tr>");
            }

            Line("</tbody></table></div></details>");
        }
    }

    private void AppendFindings()
    {
        List<(ReportItem Item, VmaFinding Finding)> findings =
            [.. _data.Backups.SelectMany(static b => (b.Test?.Findings ?? []).Select(f => (b, f))).OrderBy(static p => p.f.IsError ? 0 : 1)];
        if (findings.Count == 0)
        {
            return;
        }

        Line("<h2>Findings</h2><div class=\"card wide\"><table><thead><tr><th>Severity</th><th>Finding</th><th>Archive</th><th>What was found</th></tr></thead><tbody>");
        foreach ((ReportItem item, VmaFinding finding) in findings.Take(MaxFindings))
        {
            string badge = finding.IsError ? ReportMarks.Badge("bad", "✕", "Error", null) : ReportMarks.Badge("warn", "!", Text(finding.Severity), null);
            string device = finding.Device is string name ? $" <span class=\"dim\">{Text(Printable.Short(name))}</span>" : string.Empty;
            string where = device + (finding.Offset is long offset ? $" <span class=\"dim\">at byte {ReportText.Number(offset)}</span>" : string.Empty);
            Line($"<tr><td>{badge}</td><td class=\"code\">{Text(finding.Code)}</td><td class=\"path\">{Text(item.FileName)}</td><td>{Text(finding.Message)}{where}</td></tr>");
        }

        if (findings.Count > MaxFindings)
        {
            Line($"<tr><td colspan=\"4\" class=\"dim\">and {ReportText.Number(findings.Count - MaxFindings)} more</td></tr>");
        }

        Line("</tbody></table></div>");
    }

    private void AppendDebris()
    {
        if (_data.Debris.Count == 0)
        {
            return;
        }

        Line("<h2>Left over</h2><div class=\"card wide\"><table><thead><tr><th>What</th><th>File</th><th class=\"num\">Machine</th><th class=\"num\">Size</th></tr></thead><tbody>");
        foreach (ReportItem item in _data.Debris)
        {
            string what = item.Kind switch
            {
                VmaBackupKind.Leftover => "Backup cut off",
                VmaBackupKind.Encrypted => "Encrypted",
                VmaBackupKind.Packed => "Packed in a way that no restore takes",
                VmaBackupKind.Part => "Part of an archive",
                _ => "Its archive is gone",
            };
            string machine = item.VMId is int id ? ReportText.Number(id) : "–";
            Line($"<tr><td>{what}</td><td class=\"path\">{Text(item.Path ?? item.FileName)}</td><td class=\"num\">{machine}</td><td class=\"num\">{ReportText.Size(item.Length)}</td></tr>");
        }

        Line("</tbody></table></div>");
    }

    private static string NameOf(ReportMachine machine) => machine.VMId is int id
        ? $"<span class=\"name\">{Text(machine.Name ?? "VM")}</span> <span class=\"dim\">{id}</span>"
        : $"<span class=\"name\">{Text(machine.Title)}</span>";

    private static string Text(string? text) => ReportText.Escape(text);

    private void Line(string html) => _page.Append(html).Append('\n');
}
