using System.CommandLine;
using System.IO;
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
        Option<bool> files = new("--files") { Description = "With --index: keep the catalog of the guest's files, too, for 'vma find', where the archive is whole." };
        Command command = new("verify", "Reads the whole archive and reports everything that is wrong with it.") { file, verbose, maxWindow, index, files };
        Arguments.Validate(command, result =>
        {
            if (result.GetValue(files) && !result.GetValue(index))
            {
                result.AddError("A catalog is kept with an index: --files goes with --index.");
            }
        });
        Arguments.TakeOneFromInput(command, file);
        command.SetAction(parsed => Terminal.Run(token =>
        {
            string archive = parsed.GetRequiredValue(file);
            int code = Verify(archive, parsed.GetValue(maxWindow), parsed.GetValue(verbose), parsed.GetValue(index), token);
            return code == ExitCodes.Success && parsed.GetValue(files) ? KeepCatalog(archive, parsed.GetValue(maxWindow), token) : code;
        }));
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

    private static int KeepCatalog(string file, long maxWindow, CancellationToken cancellationToken)
    {
        if (VmaAddresses.IsAddress(file) || !File.Exists(file))
        {
            throw new VmaException(VmaCodes.SourceNotReopenable, "Catalogs are kept of archives that are files.", file == "-" ? null : file);
        }

        if (VmaFileCatalog.Check(file, cancellationToken).State == VmaIndexState.Current)
        {
            return ExitCodes.Success;
        }

        using VmaArchive archive = Terminal.OpenArchive(file, maxWindow, cancellationToken);
        return CatalogReport.Make(archive, null, new FileSystemOptions(), cancellationToken);
    }
}
