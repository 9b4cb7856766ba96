namespace VmaTools;

/// <summary>Who owns a file on NTFS, and who may do what with it.</summary>
/// <param name="OwnerSid">The owner's SID, such as <c>S-1-5-18</c>; null where the descriptor names none.</param>
/// <param name="GroupSid">The group's SID, or null.</param>
/// <param name="Sddl">The whole descriptor as SDDL.</param>
public sealed record FileSecurity(string? OwnerSid, string? GroupSid, string Sddl);
