using System.CommandLine;
using System.Threading;

namespace VmaTools.Cli;

/// <summary><c>vma verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Argument<string> file = Arguments.File();
        Option<long> maxWindow = Arguments.MaxWindow();
        Option<bool> verbose = Arguments.Verbose();
        Option<bool> index = Arguments.NewIndex();
        Command command = new("verify", "Reads the whole archive and reports everything that is wrong with it.") { file, verbose, maxWindow, index };
        command.SetAction(parsed => Terminal.Run(token => Verify(
            parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), parsed.GetValue(verbose), parsed.GetValue(index), token)));
        return command;
    }

    private static int Verify(string file, long maxWindow, bool isVerbose, bool makesIndex, CancellationToken cancellationToken)
    {
        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken, makesIndex ? string.Empty : null);
        if (isVerbose)
        {
            Listing.Print(archive);
        }

        VmaPassResult result = archive.ReadForward([], isVerbose ? new Report(archive) : null, cancellationToken);
        if (isVerbose)
        {
            Report.PrintTotals(result);
        }

        Report.PrintNewIndex(result);
        return Report.PrintFindings(result);
    }
}
