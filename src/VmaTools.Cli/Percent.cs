using System;
using System.Globalization;
using System.IO;

namespace VmaTools.Cli;

/// <summary>How much of an archive has been read, in lines, each time that another percent is.</summary>
internal sealed class Percent : IProgress<VmaProgress>
{
    private readonly TextWriter _output;
    private long _percent = -1;

    public Percent(TextWriter output) => _output = output;

    public void Report(VmaProgress value)
    {
        long percent = value.BytesTotal is long total and > 0 ? value.BytesRead * 100 / total : -1;
        if (percent != _percent)
        {
            _percent = percent;
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"progress {percent}% (read {value.BytesRead} bytes)"));
        }
    }
}
